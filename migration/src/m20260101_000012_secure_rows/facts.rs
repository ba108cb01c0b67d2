//! What the policies ask: who asks, what they are, and what everyone sees.

/// Who asks, and where the request is pinned to. `OR REPLACE`, because dropping everything to start afresh forgets functions.
///
/// A function that is a single expression stands in a plan as all its parts, each of which is made ready at every execution; one in
/// another language is one part. So what a policy asks once a statement is of the second kind, and what it asks of each row of the
/// first.
///
/// `codex_asks` refuses whoever is not bound by the policies: a reading statement that has come to another role, by a pooler say
/// that has lost the connection's, fails instead of telling everything.
pub(super) const SETTINGS: &str = "
CREATE OR REPLACE FUNCTION codex_refuse() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a statement for a viewer came as %, not as codex_reader', current_user
        USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE OR REPLACE FUNCTION codex_asks(viewer text, tenant text) RETURNS boolean LANGUAGE sql VOLATILE
RETURN CASE
    WHEN current_user <> 'codex_reader' THEN codex_refuse()
    ELSE set_config('app.viewer', viewer, true) <> ''
        AND set_config('app.tenant', tenant, true) <> ''
        AND set_config('app.known', '', true) = ''
END;

-- The organization that the request is pinned to; null: to none.
CREATE OR REPLACE FUNCTION codex_tenant() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    viewer text := current_setting('app.viewer', true);
    tenant text := NULLIF(current_setting('app.tenant', true), '');
BEGIN
    IF tenant IS NOT NULL AND (viewer = 'anonymous' OR viewer LIKE 'user:_%') THEN
        RETURN NULLIF(tenant, 'none')::uuid;
    END IF;
    RAISE EXCEPTION 'a statement does not say who asks' USING ERRCODE = 'insufficient_privilege';
END
$$;

-- The user who asks; an empty text for the anonymous, and unless both settings are there.
CREATE OR REPLACE FUNCTION codex_viewer_id() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF current_setting('app.tenant', true) <> '' AND starts_with(current_setting('app.viewer', true), 'user:') THEN
        RETURN substr(current_setting('app.viewer', true), 6);
    END IF;
    RETURN '';
END
$$;

-- Whether what belongs to this organization, or to none, is within the tenant.
CREATE OR REPLACE FUNCTION codex_within(tenant uuid, organization_id uuid) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN organization_id <> tenant THEN 'out' ELSE 'in' END <> 'out';
";

/// What the policies need to know of rows that the viewer may not see, or that their own policies ask about: always about the
/// viewer and nobody else, so that there is nothing to learn by calling them. (Which content has a tag, they tell by keys
/// alone.)
///
/// They look for tables in the schema they were made in only, and have their owner's rights; but for `codex_named`, which reads as
/// whoever asks, by the policies of what it reads, and is what the users' policy asks last.
///
/// `codex_learn` looks up what the viewer is, once a statement: it counts as stable for that, though it makes settings.
///
/// The gateway looks for tags through `codex_content_tagged`, because under row-level security PostgreSQL runs an operator that
/// could tell of rows in its error messages (`?|` and `@>` count as such) only after the policies, and so never with an index.
pub(super) const FUNCTIONS: &str = "
CREATE OR REPLACE FUNCTION codex_learn() RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
DECLARE
    member_of text;
    author_of text;
    manager_of text;
    platform_owner text;
BEGIN
    SELECT
        array_agg(organization_id),
        array_agg(organization_id) FILTER (WHERE role IN ('owner', 'admin', 'creator')),
        array_agg(organization_id) FILTER (WHERE role IN ('owner', 'admin'))
    INTO member_of, author_of, manager_of
    FROM organization_memberships
    WHERE user_id = codex_viewer_id() AND status = 'active'
        AND (SELECT deleted_at IS NULL FROM organizations WHERE organizations.id = organization_id);
    SELECT role = 'platform_owner' INTO platform_owner FROM users WHERE id = codex_viewer_id();
    PERFORM
        set_config('app.member_of', member_of, true),
        set_config('app.author_of', author_of, true),
        set_config('app.manager_of', manager_of, true),
        set_config('app.platform_owner', platform_owner, true),
        set_config('app.known', current_setting('app.viewer', true), true);
    RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION codex_known(name text) RETURNS text LANGUAGE sql STABLE
RETURN CASE
    WHEN current_setting('app.known', true) = current_setting('app.viewer', true) OR codex_learn()
    THEN NULLIF(current_setting(name, true), '')
END;

CREATE OR REPLACE FUNCTION codex_is_platform_owner() RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN COALESCE(codex_known('app.platform_owner')::boolean, false);
END
$$;

CREATE OR REPLACE FUNCTION codex_member_of() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN codex_known('app.member_of')::uuid[];
END
$$;

CREATE OR REPLACE FUNCTION codex_author_of() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN codex_known('app.author_of')::uuid[];
END
$$;

CREATE OR REPLACE FUNCTION codex_manager_of() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN codex_known('app.manager_of')::uuid[];
END
$$;

-- What opens content to the viewer that is not for everyone, as the keys of an object, in which one is soon found: organizations that
-- they manage, organizations that they are a member of, content that they hold a grant on, and one for all there is.
CREATE OR REPLACE FUNCTION codex_holds() RETURNS jsonb LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
    RETURN (
        SELECT jsonb_object_agg(held.key, true) FROM (
            SELECT unnest(codex_manager_of())::text
            UNION ALL SELECT 'members of ' || unnest(codex_member_of())
            UNION ALL SELECT content_id::text FROM content_access
                WHERE user_id = codex_viewer_id() AND (expires_at IS NULL OR expires_at > now())
            UNION ALL SELECT 'all' WHERE codex_is_platform_owner()
        ) AS held (key)
    );
END
$$;

-- Whether one of these keys opens the content.
CREATE OR REPLACE FUNCTION codex_opens(held jsonb, id uuid, organization_id uuid, status text, visibility text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN held ?| ARRAY[
    organization_id::text,
    CASE WHEN status = 'published' AND visibility = 'members_only' THEN 'members of ' || organization_id::text END,
    CASE WHEN status IN ('published', 'archived') THEN id::text END,
    'all'
];

-- Whether the viewer made this content or manages it, deleted or not.
CREATE OR REPLACE FUNCTION codex_keeps(of_content uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM content WHERE id = of_content
            AND (creator_id = codex_viewer_id() OR organization_id = ANY (codex_manager_of()))
    );
END
$$;

-- Whether this content, of which the viewer has some business to know, is nobody's or the tenant's, deleted or not.
CREATE OR REPLACE FUNCTION codex_in_tenant(of_content uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM content WHERE id = of_content AND codex_within(codex_tenant(), organization_id)
    ) AND (
        EXISTS (SELECT FROM content_access WHERE content_id = of_content AND user_id = codex_viewer_id())
        OR EXISTS (SELECT FROM purchases WHERE content_id = of_content AND customer_id = codex_viewer_id())
        OR codex_is_platform_owner()
        OR codex_keeps(of_content)
    );
END
$$;

CREATE OR REPLACE FUNCTION codex_content_tagged(any_of text[]) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS $$
BEGIN
    RETURN QUERY SELECT id FROM content WHERE tags ?| any_of;
END
$$;

-- Whether a row that the viewer sees names this user. What it asks first is what shows users who have published nothing.
CREATE OR REPLACE FUNCTION codex_named(of_user text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        codex_viewer_id() <> '' AND (
            codex_is_platform_owner()
            OR EXISTS (SELECT FROM organization_memberships WHERE user_id = of_user)
            OR EXISTS (SELECT FROM content WHERE creator_id = of_user)
            OR EXISTS (SELECT FROM content_access WHERE user_id = of_user)
        )
    ) OR EXISTS (SELECT FROM media_items WHERE creator_id = of_user);
END
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'codex_learn', 'codex_holds', 'codex_keeps', 'codex_in_tenant', 'codex_content_tagged', 'codex_named'
    ] LOOP
        EXECUTE format('ALTER FUNCTION %I SET search_path = %I, pg_temp', name, current_schema());
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %I FROM PUBLIC', name);
    END LOOP;
END
$$;
";

/// Which organizations are deleted, which content everyone sees, and which the viewer sees for what they are, whose body is then
/// theirs as well: what the policies ask most. PostgreSQL makes a view a part of the statement, and adds no policy to what it
/// reads. (Deleted organizations are a list where few rows are asked about, as it is sooner ready, and a table to look them up in
/// where all content may be. Their view is one that SQLite has, too: the gateway's own rule asks it.)
///
/// The indexes have the rows of the view that show a user, or a media item, to everyone. They begin as others do, and are there to
/// answer from the index alone, of which a page of content takes two answers a row. Keys are compared byte by byte, which is
/// several times faster than by a language's rules, and as good for equality.
///
/// The index on deleted organizations finds those few without the many that live.
pub(super) const VIEWS: &str = "
CREATE INDEX organizations_deleted_at_idx ON organizations (deleted_at, id) WHERE deleted_at IS NOT NULL;

CREATE OR REPLACE VIEW content_for_everyone AS
SELECT creator_id, organization_id, media_item_id, visibility, price_cents FROM content
WHERE deleted_at IS NULL AND status = 'published' AND visibility IN ('public', 'purchased_only')
    AND (
        organization_id IS NULL
        OR organization_id <> ALL (ARRAY(SELECT id FROM organizations WHERE deleted_at IS NOT NULL))
    );

CREATE OR REPLACE VIEW content_for_viewer AS
SELECT media_item_id FROM content
WHERE deleted_at IS NULL AND codex_within((SELECT codex_tenant()), organization_id)
    AND (
        creator_id = (SELECT codex_viewer_id())
        OR codex_opens((SELECT codex_holds()), id, organization_id, status, visibility)
    );

CREATE INDEX content_for_everyone_creator_id_idx ON content (creator_id COLLATE \"C\", organization_id)
WHERE deleted_at IS NULL AND status = 'published' AND visibility IN ('public', 'purchased_only');

CREATE INDEX content_for_everyone_media_item_id_idx ON content (media_item_id, organization_id)
WHERE deleted_at IS NULL AND status = 'published' AND visibility IN ('public', 'purchased_only')
    AND (visibility = 'public' OR price_cents IS NULL);
";
