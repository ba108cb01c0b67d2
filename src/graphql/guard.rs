//! Fields that not everyone who sees the row may have, and the rules that guard them. A rule's text stands in `policy`, beside
//! the rule; from here it goes to the end of the field's (or the type's) description, so a change of policy shows in the schema.

use std::borrow::Cow;

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field,
    registry::{MetaType, Registry},
};

use super::{
    audit_entry::AuditEntry,
    connection::{Listed, scope},
    content::Content,
    error::{ClientError, Result},
    grant::Grant,
    media_item::MediaItem,
    membership::OrganizationMembership,
    mutation,
    organization::Organization,
    purchase::Purchase,
    session::Session,
    user::User,
};
use crate::{policy, store, store::Noun, viewer::Viewer};

/// The guard of one field.
pub struct Guard {
    kind: &'static str,
    field: &'static str,
    rule: &'static str,
}

macro_rules! guards {
    ($($(#[$doc:meta])* $name:ident = $kind:literal, $field:literal, $rule:expr;)+) => {
        $($(#[$doc])* pub const $name: Guard = Guard { kind: $kind, field: $field, rule: $rule };)+

        /// Every guard.
        const GUARDS: &[Guard] = &[$($name),+];
    };
}

guards! {
    /// The body of content.
    CONTENT_BODY = "Content", "contentBody", policy::content::BODY_RULE;
    /// How often content was viewed.
    VIEW_COUNT = "Content", "viewCount", policy::content::COUNTS_RULE;
    /// How often content was bought.
    PURCHASE_COUNT = "Content", "purchaseCount", policy::content::COUNTS_RULE;
    /// Where a file is stored.
    STORAGE_KEY = "MediaItem", "r2Key", policy::media_item::STORAGE_KEY_RULE;
    /// A user's email address.
    EMAIL = "User", "email", policy::user::PRIVATE_RULE;
    /// Whether that address is known to be theirs.
    EMAIL_VERIFIED = "User", "emailVerified", policy::user::PRIVATE_RULE;
    /// When a user signed up.
    SIGNED_UP = "User", "createdAt", policy::user::PRIVATE_RULE;
    /// When a user last changed what they say of themselves.
    PROFILE_CHANGED = "User", "updatedAt", policy::user::PRIVATE_RULE;
    /// Where a user is signed in.
    SESSIONS = "User", "sessions", policy::user::PRIVATE_RULE;
    /// What a user bought.
    PURCHASES = "User", "purchases", policy::user::PRIVATE_RULE;
}

impl Guard {
    /// Whether the viewer may have the field: `may` decides.
    ///
    /// # Errors
    /// If the rule cannot be decided, or this is not the guard of the field that is being resolved.
    pub fn lets(
        &self,
        context: &Context<'_>,
        may: impl FnOnce(&Viewer) -> std::result::Result<bool, store::Error>,
    ) -> Result<bool> {
        if context.field().name() != self.field {
            return Err(ClientError::internal(format!(
                "the guard of {}.{} elsewhere",
                self.kind, self.field
            )));
        }
        Ok(may(&scope(context)?.viewer())?)
    }

    /// The field's value, for those who may have it; null for others, who learn nothing of what it is.
    pub fn open<T>(
        &self,
        context: &Context<'_>,
        may: impl FnOnce(&Viewer) -> std::result::Result<bool, store::Error>,
        value: impl FnOnce() -> std::result::Result<Option<T>, store::Error>,
    ) -> Option<Result<T>> {
        match self.lets(context, may) {
            Ok(true) => value().map_err(ClientError::from).transpose(),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

/// Registered last, this writes the rules into the descriptions. It is no type of the schema.
pub struct Rules;

impl OutputType for Rules {
    fn type_name() -> Cow<'static, str> {
        "Rules".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        for guard in GUARDS {
            if let Some(MetaType::Object { fields, .. }) = registry.types.get_mut(guard.kind)
                && let Some(field) = fields.get_mut(guard.field)
            {
                append(&mut field.description, "Visible to", guard.rule);
            }
        }
        if let Some(MetaType::Object { fields, .. }) = registry.types.get_mut("Mutation") {
            for (field, rule) in mutation::RULES {
                if let Some(field) = fields.get_mut(*field) {
                    append(&mut field.description, "Allowed to", rule);
                }
            }
        }
        row::<AuditEntry>(registry);
        row::<Content>(registry);
        row::<Grant>(registry);
        row::<MediaItem>(registry);
        row::<OrganizationMembership>(registry);
        row::<Organization>(registry);
        row::<Purchase>(registry);
        row::<Session>(registry);
        row::<User>(registry);
        Self::type_name().into_owned()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

/// Says of a type who sees its rows.
fn row<T: Listed>(registry: &mut Registry) {
    if let Some(MetaType::Object { description, .. }) = registry.types.get_mut(T::NAME) {
        append(description, "Visible to", <T::Noun as Noun>::RULE);
    }
}

fn append(description: &mut Option<String>, to: &str, rule: &str) {
    let description = description.get_or_insert_default();
    description.push_str("\n\n");
    description.push_str(to);
    description.push_str(": ");
    description.push_str(rule);
    description.push('.');
}
