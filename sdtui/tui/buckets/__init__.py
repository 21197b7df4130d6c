"""The bucket preview: where each image goes, and what is trained of it."""
