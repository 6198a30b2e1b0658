def env_page(*a): raise NotImplementedError
