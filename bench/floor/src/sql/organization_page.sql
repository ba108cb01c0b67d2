SELECT o.id, o.name, o.slug, k.*
FROM (SELECT id, name, slug FROM organizations WHERE deleted_at IS NULL ORDER BY slug LIMIT 10) o
LEFT JOIN LATERAL (
    SELECT c.id, c.title, c.published_at, u.id AS creator_id, u.name AS creator_name, m.id AS media_id, m.duration_seconds
    FROM content c
    JOIN users u ON u.id COLLATE "C" = c.creator_id
    LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL AND CASE
        WHEN c.visibility = 'public' OR c.price_cents IS NULL THEN true
        -- The body is not for everyone. The media may still be shown, by other content whose body is.
        ELSE (
            SELECT true FROM content x
            WHERE x.media_item_id = c.media_item_id AND x.deleted_at IS NULL AND x.status = 'published'
                AND x.visibility IN ('public', 'purchased_only') AND (x.visibility = 'public' OR x.price_cents IS NULL)
                AND (x.organization_id IS NULL OR (SELECT y.deleted_at IS NULL FROM organizations y WHERE y.id = x.organization_id))
            LIMIT 1
        )
    END
    WHERE c.organization_id = o.id AND c.deleted_at IS NULL AND c.status = 'published'
        AND c.visibility IN ('public', 'purchased_only')
    ORDER BY c.published_at DESC, c.id DESC
    LIMIT 11
) k ON true
-- Nested loops leave all in order, and to ask for it would copy every row once more. The answers are compared before anything is measured.
