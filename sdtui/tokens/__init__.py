"""Floor 2: CLIP tokens of a caption, exactly as the trainer's tokenizer makes them, without importing torch."""
