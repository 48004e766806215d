"""From a client's answer to one whole reply: what any server sends is read here, and what it cost is counted."""
