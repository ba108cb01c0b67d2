// graphql-yoga over Drizzle's relational queries: each root field reads all that hangs on it with one statement.
import { createServer } from "node:http";
import { GraphQLScalarType } from "graphql";
import { createSchema, createYoga } from "graphql-yoga";
import * as queries from "./queries.mjs";

const typeDefs = /* GraphQL */ `
  scalar DateTime
  scalar JSON

  type User { id: ID! name: String! image: String }
  type Organization { id: ID! name: String! slug: String! logoUrl: String contents: ContentPage! }
  type MediaItem { id: ID! title: String! mediaType: String! status: String! durationSeconds: Int }
  type Content {
    id: ID! title: String! slug: String! description: String contentType: String! contentBody: String priceCents: Int
    status: String! publishedAt: DateTime tags: JSON! creator: User! organization: Organization mediaItem: MediaItem
  }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type ContentPage { nodes: [Content!]! pageInfo: PageInfo! }
  type OrganizationList { nodes: [Organization!]! }

  type Membership { role: String! node: Organization! }
  type MembershipList { edges: [Membership!]! }
  type ContentList { totalCount: Int! nodes: [Content!]! }
  type MediaItemList { totalCount: Int! nodes: [MediaItem!]! }
  type Session { id: ID! createdAt: DateTime! expiresAt: DateTime! ipAddress: String userAgent: String }
  type SessionList { nodes: [Session!]! }
  type Viewer {
    id: ID! name: String! email: String! organizations: MembershipList! contents: ContentList! mediaItems: MediaItemList!
    sessions: SessionList!
  }

  type UpdateContentPayload { content: Content }

  type Query {
    contents(first: Int!): ContentPage!
    organizations(first: Int!): OrganizationList!
    content(organization: String!, slug: String!): Content
    viewer(id: ID!): Viewer
  }
  type Mutation { updateContent(id: ID!, title: String!): UpdateContentPayload! }
`;

/** A page out of rows of which one more was read than it shows. */
const page = (rows, size) => {
  const nodes = rows.length > size ? rows.slice(0, size) : rows;
  const last = nodes.at(-1);
  const endCursor = last ? Buffer.from(`${last.publishedAt} ${last.id}`).toString("base64url") : null;
  return { nodes, pageInfo: { hasNextPage: rows.length > size, endCursor } };
};

const plain = (name) => new GraphQLScalarType({ name, serialize: (value) => value });

const resolvers = {
  DateTime: plain("DateTime"),
  JSON: plain("JSON"),
  Query: {
    contents: async (_, { first }) => page(await queries.feed.execute({ limit: first + 1 }), first),
    organizations: async (_, { first }) => ({ nodes: await queries.organizationPage.execute({ limit: first }) }),
    content: (_, address) => queries.contentBySlug.execute(address),
    viewer: (_, { id }) => queries.dashboard.execute({ user: id }),
  },
  Organization: { contents: ({ contents }) => page(contents, queries.PAGE) },
  Viewer: {
    organizations: ({ memberships }) => ({ edges: memberships }),
    contents: ({ contents, currentCount }) => ({ nodes: contents, totalCount: currentCount }),
    mediaItems: ({ mediaItems, pendingCount }) => ({ nodes: mediaItems, totalCount: pendingCount }),
    sessions: ({ sessions }) => ({ nodes: sessions }),
  },
  Mutation: { updateContent: async (_, change) => ({ content: (await queries.updateContent.execute(change))[0] }) },
};

const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), graphiql: false, landingPage: false, logging: false });
createServer(yoga).listen(Number(process.env.PORT), "127.0.0.1");
