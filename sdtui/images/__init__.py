"""Floor 2: images opened in a worker process: sizes, thumbnails, and what is wrong with them."""
