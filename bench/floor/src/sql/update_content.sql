-- Who asks, whether they may, the change, and its place in the audit log: one statement, hence one transaction.
WITH viewer AS MATERIALIZED (
    SELECT u.id, u.role FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token = $1 AND s.expires_at > now()
), before AS MATERIALIZED (
    SELECT c.id, c.title, c.organization_id, c.updated_at, v.id AS actor_id
    FROM viewer v JOIN content c ON c.id = $2 AND c.deleted_at IS NULL
    WHERE v.role = 'platform_owner'
        OR (c.creator_id = v.id AND c.organization_id IS NULL)
        OR EXISTS (
            SELECT 1 FROM organization_memberships r JOIN organizations o ON o.id = r.organization_id AND o.deleted_at IS NULL
            WHERE r.user_id = v.id AND r.organization_id = c.organization_id AND r.status = 'active'
                AND (r.role IN ('owner', 'admin') OR (r.role = 'creator' AND c.creator_id = v.id))
        )
    FOR NO KEY UPDATE OF c
), after AS (
    UPDATE content c SET title = $3, updated_at = greatest(clock_timestamp(), before.updated_at + interval '1 microsecond')
    FROM before WHERE c.id = before.id
    RETURNING c.id, c.title, c.updated_at, before.title AS was, before.organization_id, before.actor_id
), logged AS (
    INSERT INTO audit_entries
        (id, actor_id, organization_id, action, subject_type, subject_id, before, after, created_at, updated_at)
    SELECT $4, actor_id, organization_id, 'content.update', 'content', id::text,
        jsonb_build_object('title', was), jsonb_build_object('title', title), now(), now()
    FROM after WHERE was <> title
)
SELECT id, title, updated_at FROM after
