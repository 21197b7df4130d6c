"""What was trained in a project: all its runs, what they came to, two to six of them beside each other."""
