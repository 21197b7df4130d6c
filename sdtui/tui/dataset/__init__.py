"""The Dataset screen: subsets, images, the picture and its caption."""
