"""What all pages share: frame, look, keys, and what the browser does for them."""
