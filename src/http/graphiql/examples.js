// The queries that the page opens with. GraphiQL names a tab after its operation. The first has no variables, since
// GraphiQL drops those of the tab that it opens with.

/** What to try first: each runs as it is. */
export const examples = [
  {
    name: "Feed",
    query: `# What everyone sees, the newest first.
query Feed($first: Int = 10, $after: String) {
  contents(
    first: $first
    after: $after
    filter: { status: PUBLISHED, visibility: PUBLIC }
    orderBy: { field: PUBLISHED_AT, direction: DESC }
  ) {
    totalCount
    nodes {
      id
      title
      slug
      contentType
      publishedAt
      tags
      creator { name }
      organization { name slug }
      mediaItem { title durationSeconds }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  },
  {
    name: "Organizations",
    query: `# Organizations, and what they publish.
query Organizations($organizations: Int = 5, $contents: Int = 3) {
  organizations(first: $organizations, orderBy: { field: SLUG, direction: ASC }) {
    totalCount
    nodes {
      id
      name
      slug
      description
      contents(
        first: $contents
        filter: { status: PUBLISHED }
        orderBy: { field: PUBLISHED_AT, direction: DESC }
      ) {
        totalCount
        nodes {
          title
          visibility
          priceCents
          viewerHasAccess
          creator { name }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
`,
  },
  {
    name: "Dashboard",
    query: `# What a creator opens first.
# Choose whom to act as, above.
query Dashboard {
  viewer {
    id
    name
    email
    organizations(first: 20) {
      edges { role status node { name slug } }
    }
    contents(
      first: 20
      filter: { status: [DRAFT, PUBLISHED] }
      orderBy: { field: UPDATED_AT, direction: DESC }
    ) {
      totalCount
      nodes {
        title
        status
        viewCount
        organization { name }
        mediaItem { status }
      }
    }
    sessions(first: 5) {
      nodes { createdAt expiresAt userAgent current }
    }
  }
}
`,
  },
  {
    name: "Search",
    query: `# Free content with a word in it.
# The variables are below.
query Search($words: String!, $kinds: [ContentType!]) {
  contents(first: 10, filter: { search: $words, contentType: $kinds, free: true }) {
    totalCount
    nodes {
      title
      description
      contentType
      status
      visibility
      organization { name }
    }
  }
}
`,
    variables: { words: "slow", kinds: ["VIDEO", "WRITTEN"] },
  },
  {
    name: "Members",
    query: `# Who belongs where: managers see all,
# authors each other, all themselves.
query Members {
  organizations(first: 10, orderBy: { field: NAME }) {
    nodes {
      name
      viewerMembership { role status }
      members(first: 10, filter: { status: [ACTIVE, INVITED] }) {
        totalCount
        nodes {
          role
          status
          user { name image }
        }
      }
    }
  }
}
`,
  },
  {
    name: "Library",
    query: `# What a customer bought or was given.
# Choose whom to act as, above.
query Library {
  viewer {
    name
    purchases(first: 10) {
      totalCount
      nodes {
        status
        amountPaidCents
        currency
        purchasedAt
        content { title }
      }
    }
    grants(first: 10) {
      totalCount
      nodes {
        accessType
        grantedAt
        expiresAt
        content { title contentBody mediaItem { hlsMasterPlaylistKey } }
      }
    }
  }
}
`,
  },
];
