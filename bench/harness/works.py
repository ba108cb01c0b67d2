"""What is asked: five works, and the values that vary from one request to the next."""

from .places import QUERIES, ROOT

FEED, ORGANIZATION_PAGE, CONTENT_BY_SLUG, DASHBOARD, UPDATE_CONTENT = WORKS = (
    "feed", "organization_page", "content_by_slug", "dashboard", "update_content",
)
TITLES = {
    FEED: "Feed",
    ORGANIZATION_PAGE: "Organization page",
    CONTENT_BY_SLUG: "Content by slug",
    DASHBOARD: "Dashboard",
    UPDATE_CONTENT: "Write (update a title)",
}

# In a title, gives way to a number that no other request has: `load.lua`.
MARK = "@" * 12

# What everyone sees of published content, but for deleted organizations, of which the rows made in bulk have none.
_PUBLIC = "c.deleted_at IS NULL AND c.status = 'published' AND c.visibility IN ('public', 'purchased_only')"

# In an order that looks random, and is the same each time.
_SHUFFLED = {"postgres": "md5(c.slug)", "sqlite": "substr(c.slug, -2), substr(c.slug, -4), c.slug"}

_SLUGS = f"""
    SELECT o.slug, c.slug FROM content c JOIN organizations o ON o.id = c.organization_id
    WHERE {_PUBLIC} ORDER BY {{shuffled}} LIMIT 2000"""

# Creators with more content than a page holds, whose session is good.
_CREATORS = """
    SELECT s.token, s.user_id FROM sessions s
    WHERE s.expires_at > CURRENT_TIMESTAMP AND 20 < (
        SELECT count(*) FROM content c
        WHERE c.creator_id = s.user_id AND c.deleted_at IS NULL AND c.status IN ('draft', 'published')
    ) ORDER BY s.user_id LIMIT 200"""

# Content that its creator may edit: their own, or of an organization in which they are an author.
_EDITABLE = f"""
    SELECT s.token, s.user_id, c.id FROM content c JOIN sessions s ON s.user_id = c.creator_id
    WHERE s.expires_at > CURRENT_TIMESTAMP AND c.deleted_at IS NULL AND (
        c.organization_id IS NULL OR EXISTS (
            SELECT 1 FROM organization_memberships m
            WHERE m.organization_id = c.organization_id AND m.user_id = c.creator_id AND m.status = 'active'
                AND m.role IN ('owner', 'admin', 'creator')
        )
    ) ORDER BY {{shuffled}} LIMIT 2000"""


def samples(rows, dialect):
    """For each work the sets of values that its requests are made with. `rows` runs a query."""
    def read(names, statement):
        names = names.split()
        return [dict(zip(names, row)) for row in rows(statement.format(shuffled=_SHUFFLED[dialect]))]

    return {
        FEED: [{}],
        ORGANIZATION_PAGE: [{}],
        CONTENT_BY_SLUG: read("organization slug", _SLUGS),
        DASHBOARD: read("token user", _CREATORS),
        UPDATE_CONTENT: [{**sample, "title": f"Retitled {MARK}"} for sample in read("token user id", _EDITABLE)],
    }


def document(dialect, work):
    """The work's GraphQL document, in the names of a system's own schema."""
    own = QUERIES / dialect / f"{work}.graphql"
    # The gateway's tests hold these four to be what they are.
    return (own if own.exists() else ROOT / "tests" / "queries" / f"{work}.graphql").read_text()
