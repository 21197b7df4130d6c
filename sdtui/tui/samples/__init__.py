"""Sample pictures, full screen: one large, two steps or several runs beside each other."""
