"""Who reacts to what: the whole list of reactions, in the order in which they run."""

from samovar.events.effects import Effect

EFFECTS: list[Effect] = []
