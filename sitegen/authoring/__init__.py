"""What helps a person write: new posts, new sites."""
