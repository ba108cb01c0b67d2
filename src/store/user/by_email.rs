//! Finding a person by what only they and those who know them know.

use entity::user;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::store::change::{Refusal, Transaction};

/// The key of the user with this email address, whether the viewer sees them or not: whoever knows a person's address may invite
/// them, and sees of them thereby no more than that there is such an account. Addresses are kept in lower case.
pub(in crate::store) async fn by_email(transaction: &Transaction, email: &str) -> Result<Option<String>, Refusal> {
    let user = user::Entity::find()
        .select_only()
        .column(user::Column::Id)
        .filter(user::Column::Email.eq(email.to_lowercase()));
    let found = transaction.first(user.into_query()).await?;
    Ok(found.map(|row| row.try_get_by_index(0)).transpose()?)
}
