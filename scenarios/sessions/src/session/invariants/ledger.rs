//! What a monitor remembers.

/// Entries by key: few, looked up all the time, and cleared for each run; so a plain list that keeps its memory. What was made last is looked up
/// most, so it is looked for from the end.
#[derive(Debug, Hash)]
pub struct Ledger<K, V>(Vec<(K, V)>);

impl<K, V> Default for Ledger<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Clone, V: Clone> Clone for Ledger<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }

    fn clone_from(&mut self, source: &Self) {
        self.0.clone_from(&source.0);
    }
}

impl<K: PartialEq, V> Ledger<K, V> {
    /// The entry of a key.
    #[inline]
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.iter().rfind(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The entry of a key, made if there is none.
    #[inline]
    pub fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let index = self.0.iter().rposition(|(known, _)| *known == key).unwrap_or_else(|| {
            self.0.push((key, V::default()));
            self.0.len() - 1
        });
        &mut self.0[index].1
    }

    /// Removes the entry of a key and returns it.
    #[inline]
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let index = self.0.iter().rposition(|(known, _)| known == key)?;
        Some(self.0.remove(index).1)
    }

    /// Keeps the entries of which `keep` is true.
    #[inline]
    pub fn retain(&mut self, mut keep: impl FnMut(&K, &V) -> bool) {
        self.0.retain(|(key, value)| keep(key, value));
    }

    /// All entries, in the order of their making.
    pub fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.0.iter()
    }

    /// All entries, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut (K, V)> {
        self.0.iter_mut()
    }

    /// Forgets everything, and keeps the memory.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
