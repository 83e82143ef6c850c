"""What at least two slices need: frozen tables, canonical JSON, clean text. It imports nothing of ours and knows no subject."""
