//! A member of a body that only some callers may set (AUTHZ-7).

use std::marker::PhantomData;

use serde_json::{Value, json};

use super::{Authorized, Policy};
use crate::security::input::{Faults, Field, Schema};
use crate::security::problem::Problem;

/// A value that cannot be read without the permission of `Q`. It may always be left out.
pub struct Restricted<T, Q> {
    given: Option<T>,
    policy: PhantomData<fn() -> Q>,
}

impl<T, Q: Policy> Restricted<T, Q> {
    /// Returns the value, or the type's default when it was left out.
    ///
    /// # Errors
    /// 403 when it was given without the permission.
    pub fn or_default<P>(self, by: &Authorized<P>) -> Result<T, Problem>
    where
        T: Default,
    {
        let mut value = T::default();
        self.set(by, &mut value)?;
        Ok(value)
    }

    /// Replaces `current`, which stays when the value was left out.
    ///
    /// # Errors
    /// 403 when it was given without the permission.
    pub fn set<P>(self, by: &Authorized<P>, current: &mut T) -> Result<(), Problem> {
        if let Some(value) = self.given {
            by.also::<Q>()?;
            *current = value;
        }
        Ok(())
    }
}

impl<T: Field, Q: Policy> Field for Restricted<T, Q> {
    fn parse(value: Value) -> Result<Self, Faults> {
        Ok(Self { given: Some(T::parse(value)?), policy: PhantomData })
    }

    fn schema() -> Schema {
        json!({ "allOf": [T::schema()], "x-permission": Q::PERMISSION })
    }

    fn absent() -> Option<Self> {
        Some(Self { given: None, policy: PhantomData })
    }

    fn permissions(all: &mut Vec<&'static str>) {
        all.extend(Q::PERMISSION);
    }
}
