"""The web: what people and programs ask of this process, and what they tell it."""
