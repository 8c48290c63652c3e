import Clinical
import Postgres

extension Database {
    /// A screen whose sound is on is connected to each of these wards. A ward that is gone is passed over.
    public func heard(wards: [WardID]) throws {
        try pool.with {
            // In the order of the key, so that two daemons never wait for each other crosswise.
            try $0.query(
                """
                INSERT INTO ward_listening AS l (ward_id, heard_at)
                SELECT id, now() FROM wards WHERE id = ANY ($1) ORDER BY id
                ON CONFLICT (ward_id) DO UPDATE SET heard_at = greatest(l.heard_at, excluded.heard_at)
                """, [wards])
        }
    }
}
