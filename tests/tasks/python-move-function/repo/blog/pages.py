"""Pages of the blog."""

from blog import text


class Page:
    """One page: a title and what is written below it."""

    def __init__(self, title, body):
        self.title = title
        self.body = body

    def address(self):
        """Return where the page is found."""
        return f"/{text.slugify(self.title)}/"

    def summary(self):
        """Return what lists of pages show."""
        return f"{self.title}: {text.excerpt(self.body)}"
