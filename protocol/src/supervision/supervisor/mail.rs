//! What waits for a child when it is started again is kept or not, as the policy says.

use super::Supervisor;
use crate::address::Address;
use crate::context::Context;
use crate::supervision::Supervised;
use crate::supervision::child::Recipe;
use crate::supervision::policy::MailboxOnRestart;
use crate::supervision::variant::Variant;

impl<R: Recipe> Supervisor<R> {
    fn keeps_mail(&self) -> bool {
        match self.policy.mailbox_on_restart {
            MailboxOnRestart::Drop => self.variant == Variant::KeepsMail,
            MailboxOnRestart::Keep => true,
        }
    }

    /// A child begins: from now on its mail outlives its lives, if it is to.
    pub(super) fn keep_mail<P: Supervised<Recipe = R>>(&self, cx: &mut Context<'_, P>, child: Address) {
        if self.keeps_mail() {
            cx.keep_mail(child);
        }
    }

    /// A child is to be started again. There is nothing to be done, unless that bug is planted.
    pub(super) fn lose_mail<P: Supervised<Recipe = R>>(&self, cx: &mut Context<'_, P>, id: &str) {
        if self.variant == Variant::DropsMail && self.restarts.of_late() > 1 {
            self.release_mail(cx, id);
        }
    }

    /// A child is not started again: nobody will read what waits for it.
    pub(super) fn release_mail<P: Supervised<Recipe = R>>(&self, cx: &mut Context<'_, P>, id: &str) {
        if self.keeps_mail() && self.variant != Variant::ForgetsMail {
            let child = cx.child(id);
            cx.release_mail(child);
        }
    }
}
