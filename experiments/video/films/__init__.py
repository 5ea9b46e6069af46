"""Films: episodes side by side or in four panels, dreams beside the truth, contact sheets and stills."""
