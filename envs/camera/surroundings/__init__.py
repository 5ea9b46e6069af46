"""Everything but bodies: sky, road, posts, weather."""
