"""The result page, made from records and summaries without computing anything."""
