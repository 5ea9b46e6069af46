"""The study of evidence: how much an ideal observer learns about contents from motion, and what that is worth."""
