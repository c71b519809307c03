"""Running functions over many values, and keeping what they made. It knows nothing of web sites."""
