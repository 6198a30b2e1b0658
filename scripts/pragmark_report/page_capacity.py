def capacity_page(*a): raise NotImplementedError
