SELECT c.id, c.title, c.description, a.access, CASE WHEN a.access THEN c.content_body END,
    u.id, u.name, o.id, o.slug, m.id, m.duration_seconds
FROM organizations o
JOIN content c ON c.organization_id = o.id AND c.slug = $2 AND c.deleted_at IS NULL
CROSS JOIN LATERAL (SELECT c.visibility = 'public' OR c.price_cents IS NULL AS access) a
JOIN users u ON u.id COLLATE "C" = c.creator_id
LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL AND CASE
    WHEN a.access THEN true
    -- The body is not for everyone. The media may still be shown, by other content whose body is.
    ELSE (
        SELECT true FROM content x
        WHERE x.media_item_id = c.media_item_id AND x.deleted_at IS NULL AND x.status = 'published'
            AND (x.visibility = 'public' OR (x.visibility = 'purchased_only' AND x.price_cents IS NULL))
            AND (x.organization_id IS NULL OR (SELECT y.deleted_at IS NULL FROM organizations y WHERE y.id = x.organization_id))
        LIMIT 1
    )
END
WHERE o.slug = $1 AND o.deleted_at IS NULL AND c.status = 'published' AND c.visibility IN ('public', 'purchased_only')
