"""The pages: lessons, challenges and the memory's reference, to be read without an install, as a site that Sphinx makes."""
