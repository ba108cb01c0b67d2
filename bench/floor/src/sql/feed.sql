SELECT c.id, c.title, c.slug, c.description, c.content_type, c.price_cents, c.published_at, c.tags,
    u.id, u.name, u.image,
    o.id, o.name, o.slug, o.logo_url,
    m.id, m.title, m.media_type, m.duration_seconds
FROM content c
JOIN users u ON u.id COLLATE "C" = c.creator_id
LEFT JOIN organizations o ON o.id = c.organization_id AND o.deleted_at IS NULL
LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
WHERE c.deleted_at IS NULL AND c.status = 'published' AND c.visibility = 'public'
    AND (c.organization_id IS NULL OR o.id IS NOT NULL)
ORDER BY c.published_at DESC, c.id DESC
LIMIT 51
