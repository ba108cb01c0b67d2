-- Five lists in one statement. The parts come one after another, each in its own order. What of the viewer's own is not
-- deleted they may see all of, body and media too, so no further rule has a say.
WITH viewer AS MATERIALIZED (
    SELECT u.id, u.name, u.email, s.id AS session_id
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.token = $1 AND s.expires_at > now()
)
SELECT 0::int AS part, NULL::uuid AS a, NULL::uuid AS b, NULL::uuid AS c,
    v.id AS d, v.name::text AS e, v.email AS f, NULL::text AS g, NULL::timestamptz AS h, NULL::timestamptz AS i,
    (SELECT count(*) FROM content c WHERE c.creator_id = v.id AND c.deleted_at IS NULL AND c.status IN ('draft', 'published')) AS j,
    (SELECT count(*) FROM media_items m
        WHERE m.creator_id = v.id AND m.deleted_at IS NULL AND m.status IN ('uploading', 'transcoding', 'failed')) AS k
FROM viewer v
UNION ALL
(
    SELECT 1, o.id, NULL, NULL, r.role, o.name, o.slug, NULL, NULL, NULL, NULL, NULL
    FROM organization_memberships r
    JOIN organizations o ON o.id = r.organization_id AND o.deleted_at IS NULL
    WHERE r.user_id = (SELECT id FROM viewer)
    ORDER BY r.created_at DESC, r.id DESC
    LIMIT 20
)
UNION ALL
(
    SELECT 2, c.id, o.id, m.id, c.title, c.status, o.name, m.status, NULL, NULL, NULL, NULL
    FROM content c
    LEFT JOIN organizations o ON o.id = c.organization_id AND o.deleted_at IS NULL
    LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
    WHERE c.creator_id = (SELECT id FROM viewer) AND c.deleted_at IS NULL AND c.status IN ('draft', 'published')
    ORDER BY c.updated_at DESC, c.id DESC
    LIMIT 20
)
UNION ALL
(
    SELECT 3, m.id, NULL, NULL, m.title, m.status, NULL, NULL, NULL, NULL, NULL, NULL
    FROM media_items m
    WHERE m.creator_id = (SELECT id FROM viewer) AND m.deleted_at IS NULL AND m.status IN ('uploading', 'transcoding', 'failed')
    ORDER BY m.created_at DESC, m.id DESC
    LIMIT 20
)
UNION ALL
(
    SELECT 4, NULL, NULL, NULL, s.id, s.ip_address, s.user_agent, NULL, s.created_at, s.expires_at,
        (s.id = (SELECT session_id FROM viewer))::int, NULL
    FROM sessions s
    WHERE s.user_id = (SELECT id FROM viewer)
    ORDER BY s.created_at DESC, s.id DESC
    LIMIT 10
)
