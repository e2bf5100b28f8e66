"""Branding: what the page shows around the services."""

from dataclasses import dataclass, field

from watchkeeper.config.forms import Label
from watchkeeper.config.schema.marks import about
from watchkeeper.core.url import Url


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandingTable:
    """What the page shows around the services."""

    page_title: Label = field(
        default="Status Page", metadata=about("title of the page, and of what is sent")
    )
    page_url: Url = field(metadata=about("where people find the page"))
    company_name: Label = field(metadata=about("whose page it is"))
    icon_color: Label = field(metadata=about("a CSS colour"))
    icon_url: Url = field(metadata=about("the page's icon"))
    logo_color: Label = field(metadata=about("a CSS colour"))
    logo_url: Url = field(metadata=about("the image in the page's head"))
    website_url: Url = field(metadata=about("where the page's head leads"))
    support_url: Url = field(metadata=about("where help is; `mailto:` is fine"))
    custom_html: str = field(
        default="", metadata=about("put into the page's `<head>` as it is; it may run scripts")
    )
