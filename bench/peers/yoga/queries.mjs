// One prepared relational query for each work, and one update.
import { and, asc, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import pg from "pg";
import * as tables from "./tables.mjs";

const { content, mediaItems, memberships, organizations, sessions, users } = tables;

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.CONNECTIONS) });
const db = drizzle(pool, { schema: tables });

const columns = (...names) => Object.fromEntries(names.map((name) => [name, true]));
const audience = ["public", "purchased_only"];

export const feed = db.query.content
  .findMany({
    columns: columns("id", "title", "slug", "description", "contentType", "priceCents", "publishedAt", "tags"),
    where: and(eq(content.status, "published"), eq(content.visibility, "public"), isNull(content.deletedAt)),
    orderBy: [desc(content.publishedAt), desc(content.id)],
    limit: sql.placeholder("limit"),
    with: {
      creator: { columns: columns("id", "name", "image") },
      organization: { columns: columns("id", "name", "slug", "logoUrl") },
      mediaItem: { columns: columns("id", "title", "mediaType", "durationSeconds") },
    },
  })
  .prepare("feed");

export const PAGE = 10;

export const organizationPage = db.query.organizations
  .findMany({
    columns: columns("id", "name", "slug"),
    where: isNull(organizations.deletedAt),
    orderBy: [asc(organizations.slug)],
    limit: sql.placeholder("limit"),
    with: {
      contents: {
        columns: columns("id", "title", "publishedAt"),
        where: and(eq(content.status, "published"), inArray(content.visibility, audience), isNull(content.deletedAt)),
        orderBy: [desc(content.publishedAt), desc(content.id)],
        limit: PAGE + 1,
        with: {
          creator: { columns: columns("id", "name") },
          mediaItem: { columns: columns("id", "durationSeconds") },
        },
      },
    },
  })
  .prepare("organization_page");

const theOrganization = db
  .select({ id: organizations.id })
  .from(organizations)
  .where(and(eq(organizations.slug, sql.placeholder("organization")), isNull(organizations.deletedAt)));

export const contentBySlug = db.query.content
  .findFirst({
    columns: columns("id", "title", "description", "contentBody"),
    where: and(
      eq(content.organizationId, theOrganization),
      eq(content.slug, sql.placeholder("slug")),
      eq(content.status, "published"),
      inArray(content.visibility, audience),
      isNull(content.deletedAt),
    ),
    with: {
      creator: { columns: columns("id", "name") },
      organization: { columns: columns("id", "slug") },
      mediaItem: { columns: columns("id", "durationSeconds") },
    },
  })
  .prepare("content_by_slug");

const current = and(inArray(content.status, ["draft", "published"]), isNull(content.deletedAt));
const pending = and(inArray(mediaItems.status, ["uploading", "transcoding", "failed"]), isNull(mediaItems.deletedAt));
// Written out: within `extras`, Drizzle would take a column of another table for one of the users'.
const currentCount = sql`(SELECT count(*)::int FROM content c WHERE c.creator_id = ${users.id}
  AND c.status IN ('draft', 'published') AND c.deleted_at IS NULL)`;
const pendingCount = sql`(SELECT count(*)::int FROM media_items m WHERE m.creator_id = ${users.id}
  AND m.status IN ('uploading', 'transcoding', 'failed') AND m.deleted_at IS NULL)`;

export const dashboard = db.query.users
  .findFirst({
    columns: columns("id", "name", "email"),
    where: eq(users.id, sql.placeholder("user")),
    extras: { currentCount: currentCount.as("current_count"), pendingCount: pendingCount.as("pending_count") },
    with: {
      memberships: {
        columns: columns("role"),
        orderBy: [desc(memberships.createdAt), desc(memberships.id)],
        limit: 20,
        with: { node: { columns: columns("id", "name", "slug") } },
      },
      contents: {
        columns: columns("id", "title", "status"),
        where: current,
        orderBy: [desc(content.updatedAt), desc(content.id)],
        limit: 20,
        with: {
          organization: { columns: columns("id", "name") },
          mediaItem: { columns: columns("id", "status") },
        },
      },
      mediaItems: {
        columns: columns("id", "title", "status"),
        where: pending,
        orderBy: [desc(mediaItems.createdAt), desc(mediaItems.id)],
        limit: 20,
      },
      sessions: {
        columns: columns("id", "createdAt", "expiresAt", "ipAddress", "userAgent"),
        orderBy: [desc(sessions.createdAt), desc(sessions.id)],
        limit: 10,
      },
    },
  })
  .prepare("dashboard");

export const updateContent = db
  .update(content)
  .set({ title: sql.placeholder("title") })
  .where(eq(content.id, sql.placeholder("id")))
  .returning({ id: content.id, title: content.title })
  .prepare("update_content");
