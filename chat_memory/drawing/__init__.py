"""Drawing: untrusted text as harmless lines of a known width, and pictures in SVG on a card of their own."""
