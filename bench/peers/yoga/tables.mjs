// The columns that the queries ask for or go by, and the relations between their tables, as Drizzle wants to know them.
import { relations } from "drizzle-orm";
import { integer, jsonb, pgTable, text, timestamp, uuid, varchar } from "drizzle-orm/pg-core";

// As texts: a Date would lose the microseconds, and take time.
const time = (name) => timestamp(name, { withTimezone: true, mode: "string" });

export const users = pgTable("users", { id: text().primaryKey(), name: text(), email: text(), image: text() });

export const sessions = pgTable("sessions", {
  id: text().primaryKey(),
  userId: text("user_id"),
  ipAddress: text("ip_address"),
  userAgent: text("user_agent"),
  createdAt: time("created_at"),
  expiresAt: time("expires_at"),
});

export const organizations = pgTable("organizations", {
  id: uuid().primaryKey(),
  name: varchar(),
  slug: varchar(),
  logoUrl: text("logo_url"),
  deletedAt: time("deleted_at"),
});

export const memberships = pgTable("organization_memberships", {
  id: uuid().primaryKey(),
  organizationId: uuid("organization_id"),
  userId: text("user_id"),
  role: varchar(),
  createdAt: time("created_at"),
});

export const mediaItems = pgTable("media_items", {
  id: uuid().primaryKey(),
  creatorId: text("creator_id"),
  title: varchar(),
  mediaType: varchar("media_type"),
  status: varchar(),
  durationSeconds: integer("duration_seconds"),
  createdAt: time("created_at"),
  deletedAt: time("deleted_at"),
});

export const content = pgTable("content", {
  id: uuid().primaryKey(),
  creatorId: text("creator_id"),
  organizationId: uuid("organization_id"),
  mediaItemId: uuid("media_item_id"),
  title: varchar(),
  slug: varchar(),
  description: text(),
  contentType: varchar("content_type"),
  contentBody: text("content_body"),
  tags: jsonb(),
  visibility: varchar(),
  priceCents: integer("price_cents"),
  status: varchar(),
  publishedAt: time("published_at"),
  updatedAt: time("updated_at"),
  deletedAt: time("deleted_at"),
});

export const userRelations = relations(users, ({ many }) => ({
  memberships: many(memberships),
  contents: many(content),
  mediaItems: many(mediaItems),
  sessions: many(sessions),
}));

export const sessionRelations = relations(sessions, ({ one }) => ({
  user: one(users, { fields: [sessions.userId], references: [users.id] }),
}));

export const organizationRelations = relations(organizations, ({ many }) => ({ contents: many(content) }));

export const membershipRelations = relations(memberships, ({ one }) => ({
  user: one(users, { fields: [memberships.userId], references: [users.id] }),
  node: one(organizations, { fields: [memberships.organizationId], references: [organizations.id] }),
}));

export const mediaItemRelations = relations(mediaItems, ({ one }) => ({
  creator: one(users, { fields: [mediaItems.creatorId], references: [users.id] }),
}));

export const contentRelations = relations(content, ({ one }) => ({
  creator: one(users, { fields: [content.creatorId], references: [users.id] }),
  organization: one(organizations, { fields: [content.organizationId], references: [organizations.id] }),
  mediaItem: one(mediaItems, { fields: [content.mediaItemId], references: [mediaItems.id] }),
}));
