"""`sitegen.toml` as a frozen value.

settings   which settings there are, and their defaults
read       a file's text into them
walk       tables of TOML into structs, with the line of each mistake
check      what types alone do not tell
"""

from sitegen.config.read import Reading, read_config
from sitegen.config.settings import (
    FILE,
    FRONT_MATTER_KEYS,
    PATH_KEY,
    AddressConfig,
    AuthorConfig,
    CategoryConfig,
    Config,
    ConvertRules,
    DefaultsConfig,
    FeedConfig,
    LimitsConfig,
    LinksConfig,
    MarkdownConfig,
    MembersConfig,
    MenuConfig,
    Pairs,
    ParseRules,
    PathsConfig,
    PostsConfig,
    ReaderRules,
    ReadingConfig,
    RelatedConfig,
    SiteConfig,
    SummaryConfig,
    convert_rules,
    parse_rules,
    reader_rules,
)

__all__ = [
    "FILE",
    "FRONT_MATTER_KEYS",
    "PATH_KEY",
    "AddressConfig",
    "AuthorConfig",
    "CategoryConfig",
    "Config",
    "ConvertRules",
    "DefaultsConfig",
    "FeedConfig",
    "LimitsConfig",
    "LinksConfig",
    "MarkdownConfig",
    "MembersConfig",
    "MenuConfig",
    "Pairs",
    "ParseRules",
    "PathsConfig",
    "PostsConfig",
    "ReaderRules",
    "Reading",
    "ReadingConfig",
    "RelatedConfig",
    "SiteConfig",
    "SummaryConfig",
    "convert_rules",
    "parse_rules",
    "read_config",
    "reader_rules",
]
