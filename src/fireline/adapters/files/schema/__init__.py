"""The JSON Schema of `fireline/v1` files, for editors: keys, words and shapes, not meanings."""
