"""The console: its pages and the files that they load."""

from gridsvc.web.pages import routes, sign_in_page

__all__ = ["routes", "sign_in_page"]
