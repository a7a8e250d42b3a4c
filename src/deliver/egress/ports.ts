/**
 * Ports that no webhook receiver listens on, but that a request could do harm at: the "bad ports"
 * of the Fetch standard (section 2.9), and databases, caches and control planes.
 */
const FETCH_BAD_PORTS = [
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]

const SERVICE_PORTS = [
  // Remote shells, file shares, directories.
  136, 138, 162, 445, 873, 3268, 3269, 3389, 5900, 5901, 5985, 5986,
  // Databases, caches, search.
  1433, 1434, 1521, 3306, 5432, 5433, 6379, 6380, 9042, 9160, 9200, 9300, 11211, 27017, 27018, 27019, 28015,
  // Brokers, coordination, control planes.
  1883, 2181, 2375, 2376, 2379, 2380, 4222, 5671, 5672, 8883, 9092, 10250, 10255, 61616,
]

const refused = new Set([...FETCH_BAD_PORTS, ...SERVICE_PORTS])

/** Why we do not connect to a port, or null: we may. */
export function checkPort(port: number): string | null {
  return refused.has(port) ? `port ${port} belongs to another protocol than HTTP` : null
}
