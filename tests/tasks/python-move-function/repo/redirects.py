"""Print where the pages of the old site went: `python3 redirects.py TITLE...`"""

import sys


def redirects(titles):
    """Return old and new address of every title."""
    from blog import legacy
    from blog.text import slugify

    return {f"/{legacy.slugify(title)}.html": f"/{slugify(title)}/" for title in titles}


if __name__ == "__main__":
    for old, new in redirects(sys.argv[1:]).items():
        print(old, new)
