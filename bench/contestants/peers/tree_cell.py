"""A cell of the search space for any framework that has the operations: one step, each kind of operation once for neighbouring leaves."""

from language_workload import neighbours


class TreeCell:
    """
    combine   by name, functions of two tensors
    activate  by name, functions of one
    split     (tensor, widths) -> parts along the last axis
    """

    def __init__(self, cell, order, hidden, combine, activate, split):
        self.cell, self.hidden = cell, hidden
        self.combine, self.activate, self.split = combine, activate, split
        self.groups = [
            neighbours(group, lambda leaf: cell["nodes"][leaf]["activation"])
            for group in neighbours(order, lambda leaf: cell["nodes"][leaf]["combination"])
        ]

    def step(self, from_input, from_hidden, c):
        """W x_t and U h_{t-1}, each [batch, base * hidden] -> h_t, c_t."""
        cell, hidden = self.cell, self.hidden
        read, values = None, [None] * len(cell["nodes"])

        def finish(node, before, after):
            nonlocal read
            if node == cell["readNode"]:
                read = before()
            if node == cell["injectedNode"]:
                inject = cell["inject"]
                after = self.activate[inject["activation"]](self.combine[inject["combination"]](after, c))
            values[node] = after

        widths = [hidden * sum(map(len, groups)) for groups in self.groups]
        for groups, left, right in zip(self.groups, self.split(from_input, widths), self.split(from_hidden, widths)):
            combined = self.combine[cell["nodes"][groups[0][0]]["combination"]](left, right)
            for group, part in zip(groups, self.split(combined, [hidden * len(group) for group in groups])):
                activated = self.activate[cell["nodes"][group[0]]["activation"]](part)
                each = [hidden] * len(group)
                for place, (leaf, after) in enumerate(zip(group, self.split(activated, each))):
                    finish(leaf, lambda: self.split(part, each)[place], after)
        for node in range(cell["base"], len(cell["nodes"])):
            operation = cell["nodes"][node]
            left, right = values[2 * (node - cell["base"])], values[2 * (node - cell["base"]) + 1]
            before = self.combine[operation["combination"]](left, right)
            finish(node, lambda: before, self.activate[operation["activation"]](before))
        return values[-1], read
