"""Cache of the deployment documents of an unchanged working tree, in the user's cache folder.

An entry holds the two documents that every question starts from: what is declared, and a deployment on local Azure. It
is used only where everything that the program could read is as it was (`fingerprint`, `reads`), and where the entry is
whole and this user's (`store`). Whatever goes wrong with it, the question is answered without.
"""
