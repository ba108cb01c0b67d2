//! Views of content.

use async_graphql::{Context, ID, InputObject, Object};

use super::payload::change;
use crate::{
    graphql::{content::Content, error::Result, id::Kind, input},
    store,
};

/// What is viewed.
#[derive(InputObject)]
pub struct RecordViewInput {
    /// The content's id.
    content_id: ID,
}

impl RecordViewInput {
    fn into_change(self) -> Result<store::content::RecordView> {
        Ok(store::content::RecordView {
            content_id: input::uuid_key("input.contentId", &self.content_id, Kind::Content)?,
        })
    }
}

row_payload! {
    /// What came of `recordView`.
    RecordViewPayload {
        /// The content as it is now; null if nothing was recorded.
        content: Content of uuid::Uuid
    }
}

/// Views of content.
#[derive(Default)]
pub struct ViewMutation;

/// Views of content.
#[Object]
impl ViewMutation {
    /// Records that the viewer views published content. Its `viewCount` shows that within seconds; the audit log does not tell of
    /// it, as a view is counted and changes nothing.
    async fn record_view(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is viewed.")] input: RecordViewInput,
    ) -> Option<Result<RecordViewPayload>> {
        change(context, input.into_change()).await
    }
}
