"""What tests share: toy people and files, other ways of writing them, and faults to find."""
