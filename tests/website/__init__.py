"""The site: its parts, its contents and its server. What needs a browser or the whole site is a script in website/."""
