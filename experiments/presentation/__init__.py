"""How results are shown: summaries, tables, figures, pages and replays. Nothing is computed anew here."""
