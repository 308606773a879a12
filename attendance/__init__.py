"""Registers, marks, codes and every percentage that anybody sees."""
