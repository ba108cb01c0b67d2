//! Changing what somebody says of themselves.

use chrono::{DateTime, Utc};
use entity::user;

use super::User;
use crate::{
    policy,
    store::change::{Change, Checks, Hold, Patch, Refusal, Transaction, limits},
};

/// Changes what the viewer says of themselves.
#[derive(Clone, Debug)]
pub struct Update {
    /// When the client saw it changed last.
    pub seen: Option<DateTime<Utc>>,
    /// What they are called.
    pub name: Patch<String>,
    /// The address of their picture.
    pub image: Patch<String>,
}

impl Change for Update {
    const ACTION: &'static str = "user.update";
    const RULE: &'static str = policy::user::OWN_RULE;
    type Outcome = String;

    fn is_single(&self) -> bool {
        true
    }

    async fn run(&self, transaction: &mut Transaction) -> Result<String, Refusal> {
        let id = transaction.user_id()?;
        let before = transaction.find::<User>(id.as_str(), Hold::ToChange).await?;
        transaction.unchanged_since::<user::Entity>(&before, self.seen)?;
        let mut after = before.clone();
        let mut checks = Checks::new();
        checks.patch_text("name", &mut after.name, &self.name, |checks, name| {
            checks.text("name", name, limits::NAME)
        });
        self.image.apply(&mut after.image, |image| checks.url("image", image));
        checks.finish()?;
        transaction.update::<user::Entity>(&before, &after, None).await?;
        Ok(id)
    }
}
