"""The sensitivity study: policies are compared while one assumption at a time is changed."""
