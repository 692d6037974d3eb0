"""From observables to pictures: live in a page, finished in a notebook or file."""
