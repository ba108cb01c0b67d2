//! Making an account.

use entity::{account, user};

use crate::{
    database, policy,
    store::{
        Scope,
        change::{Change, Checks, Refusal, Transaction, UserError, UserErrorCode, limits},
        session::{NewSession, SignedIn, SignsIn, too_many},
    },
    viewer::{
        Client, attempts, mint, password,
        proof::{CREDENTIAL, is_taken},
    },
};

/// What somebody says of themselves.
pub struct Profile {
    /// What they are called.
    pub name: String,
    /// Their email address.
    pub email: String,
    /// The password that is to be theirs.
    pub password: String,
    /// The address of their picture.
    pub image: Option<String>,
}

/// Makes an account, and begins its first session.
pub struct SignUp {
    user_id: String,
    name: String,
    email: String,
    image: Option<String>,
    /// As it is kept.
    password: String,
    account_id: String,
    session: NewSession,
}

impl SignUp {
    /// Looks at what somebody says, and hashes the password, before anything is changed.
    ///
    /// # Errors
    /// What the person has to mend.
    pub async fn prepare(scope: &Scope, profile: Profile, client: Client) -> Result<Self, Refusal> {
        let mut checks = Checks::new();
        let name = checks.text("name", &profile.name, limits::NAME);
        let email = checks.email("email", &profile.email);
        checks.password("password", &profile.password);
        let image = profile.image.and_then(|image| checks.url("image", &image));
        checks.finish()?;
        // A password's hash takes long, and addresses could be tried out.
        let address = client.address;
        if !attempts::count_address(scope.aside(), address, database::now()).await? {
            return Err(too_many());
        }
        // Those that ask at once are told apart by the unique index.
        if is_taken(scope.aside(), &email).await? {
            return Err(email_taken().into());
        }
        Ok(Self {
            user_id: mint()?,
            name,
            email,
            image,
            password: password::hash(&profile.password).await?,
            account_id: mint()?,
            session: NewSession::new(client)?,
        })
    }
}

impl Change for SignUp {
    const ACTION: &'static str = "user.sign_up";
    const RULE: &'static str = policy::session::BEGIN_RULE;
    const FOR_ANONYMOUS: bool = true;
    type Outcome = SignedIn;

    async fn run(&self, transaction: &mut Transaction) -> Result<SignedIn, Refusal> {
        let at = transaction.at();
        let user = user::Model {
            id: self.user_id.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            email_verified: false,
            image: self.image.clone(),
            role: user::Role::User,
            created_at: at,
            updated_at: at,
        };
        transaction.insert::<user::Entity>(user, Some(email_taken())).await?;
        let account = account::Model {
            id: self.account_id.clone(),
            account_id: self.user_id.clone(),
            provider_id: CREDENTIAL.to_owned(),
            user_id: self.user_id.clone(),
            access_token: None,
            refresh_token: None,
            id_token: None,
            scope: None,
            password: Some(self.password.clone()),
            access_token_expires_at: None,
            refresh_token_expires_at: None,
            created_at: at,
            updated_at: at,
        };
        transaction.insert::<account::Entity>(account, None).await?;
        self.session.begin(transaction, &self.user_id).await
    }
}

impl SignsIn for SignUp {
    fn token(&self) -> &str {
        self.session.token()
    }
}

fn email_taken() -> UserError {
    UserError::field(UserErrorCode::Taken, "email", "is that of an account already")
}
