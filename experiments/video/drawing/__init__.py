"""Drawing on top of the picture of the road: lines, read-outs, titles and end cards."""
